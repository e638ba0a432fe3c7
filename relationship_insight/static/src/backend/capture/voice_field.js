import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";
import { useVoiceRecorder } from "@mail/discuss/voice_message/common/voice_recorder";
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Voice messages of a conversation, made and played by Odoo's own recorder and player. */
export class VoiceField extends Component {
    static template = "relationship_insight.VoiceField";
    static components = { VoicePlayer };
    static props = { ...standardFieldProps };

    setup() {
        this.capture = useService("relationship_capture");
        this.store = useService("mail.store");
        this.notification = useService("notification");
        // The recorder hands its file to whatever stands here.
        this.attachmentUploader = { uploadFile: (file) => this.upload(file) };
        this.recorder = useVoiceRecorder();
        this.state = useState({ uploading: false });
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    get voices() {
        return this.list.records.map(({ resId, data }) =>
            this.store["ir.attachment"].insert({
                id: resId,
                name: data.name,
                mimetype: data.mimetype,
            })
        );
    }

    get title() {
        return this.recorder.recording ? _t("Stop and attach") : _t("Record a voice message");
    }

    async upload(file) {
        this.state.uploading = true;
        try {
            const { id, ...data } = await this.capture.storeVoice(file);
            await this.list.linkTo(id, data);
        } finally {
            this.state.uploading = false;
        }
    }

    remove(voice) {
        return this.list.unlinkFrom(voice.id);
    }
}

export const voiceField = {
    component: VoiceField,
    displayName: _t("Voice messages"),
    supportedTypes: ["many2many"],
    isEmpty: () => false,
    relatedFields: [
        { name: "name", type: "char" },
        { name: "mimetype", type: "char" },
    ],
};

registry.category("fields").add("relationship_voice", voiceField);
