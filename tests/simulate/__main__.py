"""`make simulate`: hold the addon's claims against planted truth, one table for all of them.

Each ``sim_<subject>.py`` beside this file has ``run(seed, quick=False)``, which gives rows
(setting, n, result, goal, reached): two texts or numbers, what came out, what was wanted, and
True, False or None (a figure told without a goal). The first line of its docstring is its title.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SEEDS = (1, 2, 3)
HEADS = ("setting", "n", "result", "goal", "reached")
WORDS = {True: "yes", False: "NO", None: "-"}

sys.path.insert(0, str(FOLDER.parent))

import formulas  # noqa: E402


def _text(value):
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _print_table(rows):
    cells = [HEADS, *([*map(_text, row[:4]), WORDS[row[4]]] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(HEADS))]
    for row in cells:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def main():
    """Run the simulations named (all without a name); 1 if any goal was missed."""
    known = sorted(path.stem.removeprefix("sim_") for path in FOLDER.glob("sim_*.py"))
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(known))
    parser.add_argument("--seed", type=int, action="append", help="default: 1, 2 and 3")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(known):
        parser.error(f"no such simulation: {', '.join(sorted(unknown))}")
    formulas.load()
    missed = 0
    for name in arguments.names or known:
        module = importlib.import_module(f"sim_{name}")
        print(f"\n{name}: {module.__doc__.splitlines()[0]}")
        for seed in arguments.seed or SEEDS:
            begun = time.monotonic()
            rows = [tuple(row) for row in module.run(seed, quick=arguments.quick)]
            missed += sum(row[4] is False for row in rows)
            print(f"\nseed {seed} ({time.monotonic() - begun:.0f} s)")
            _print_table(rows)
    print(f"\n{missed} goals missed" if missed else "\nevery goal reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
