import { loadBundle } from "@web/core/assets";
import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { inkColors } from "./insight_format";

const MIN_DRAG = 8;

/**
 * One Chart.js picture. The default slot lies over the plot area, between the axes.
 *
 * onClick(elements, event, chart) gets the elements hit; onSelect({ x, y, range }) gets the
 * values at two opposite corners of a rectangle dragged with mouse or pen (a finger scrolls the
 * page instead), and the ends of the x axis.
 */
export class InsightChart extends Component {
    static template = "relationship_insight.InsightChart";
    static props = {
        config: Object,
        label: String,
        class: { type: String, optional: true },
        onClick: { type: Function, optional: true },
        onSelect: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.canvasRef = useRef("canvas");
        this.overlayRef = useRef("overlay");
        this.selectionRef = useRef("selection");
        this.chart = null;
        this.start = null;
        this.dragged = false;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (config) => this.draw(config),
            () => [this.props.config]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    draw(config) {
        this.chart?.destroy();
        const overlay = {
            id: "overlay",
            afterLayout: ({ chartArea, width, height }) => {
                const { top, left, right, bottom } = chartArea;
                this.overlayRef.el.style.inset = [top, width - right, height - bottom, left]
                    .map((side) => `${Math.round(side)}px`)
                    .join(" ");
            },
        };
        const { options, plugins, ...rest } = config;
        const ink = inkColors(this.canvasRef.el);
        this.chart = new Chart(this.canvasRef.el, {
            ...rest,
            plugins: [...(plugins || []), overlay],
            options: {
                animation: false,
                maintainAspectRatio: false,
                responsive: true,
                ...options,
                scales: this.getScales(options.scales || {}, ink),
                plugins: {
                    ...options.plugins,
                    legend: {
                        position: "bottom",
                        ...options.plugins?.legend,
                        labels: {
                            color: ink.text,
                            usePointStyle: true,
                            pointStyleWidth: 12,
                            boxHeight: 8,
                            ...options.plugins?.legend?.labels,
                        },
                    },
                    tooltip: { backgroundColor: ink.tooltip, ...options.plugins?.tooltip },
                },
                onClick: (event, elements, chart) => {
                    if (!this.dragged) {
                        this.props.onClick?.(elements, event, chart);
                    }
                },
                onHover: (event, elements) => {
                    const pointer = this.props.onClick && elements.length;
                    event.native.target.style.cursor = pointer ? "pointer" : "";
                },
            },
        });
    }

    getScales(scales, ink) {
        return Object.fromEntries(
            Object.entries(scales).map(([name, scale]) => [
                name,
                {
                    ...scale,
                    border: { display: false, ...scale.border },
                    grid: { color: ink.grid, ...scale.grid },
                    ticks: { color: ink.text, ...scale.ticks },
                    title: { color: ink.text, ...scale.title },
                },
            ])
        );
    }

    onPointerDown(event) {
        this.dragged = false;
        if (this.props.onSelect && event.pointerType !== "touch" && event.button === 0) {
            this.start = this.getPosition(event);
        }
    }

    onPointerMove(event) {
        if (!this.start) {
            return;
        }
        const here = this.getPosition(event);
        const [left, top] = [Math.min(here.x, this.start.x), Math.min(here.y, this.start.y)];
        const width = Math.abs(here.x - this.start.x);
        const height = Math.abs(here.y - this.start.y);
        if (!this.dragged && width >= MIN_DRAG && height >= MIN_DRAG) {
            this.dragged = true;
            this.canvasRef.el.setPointerCapture(event.pointerId);
        }
        Object.assign(this.selectionRef.el.style, {
            display: this.dragged ? "block" : "none",
            left: `${left}px`,
            top: `${top}px`,
            width: `${width}px`,
            height: `${height}px`,
        });
    }

    onPointerUp(event) {
        const start = this.start;
        this.onPointerCancel();
        if (start && this.dragged) {
            const { x, y } = this.chart.scales;
            const end = this.getPosition(event);
            this.props.onSelect({
                x: [x.getValueForPixel(start.x), x.getValueForPixel(end.x)],
                y: [y.getValueForPixel(start.y), y.getValueForPixel(end.y)],
                range: [x.min, x.max],
            });
        }
    }

    onPointerCancel() {
        this.start = null;
        this.selectionRef.el.style.display = "none";
    }

    getPosition(event) {
        const box = this.canvasRef.el.getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    }
}
