import { _t } from "@web/core/l10n/translation";

/** The names of LOYALTY_CLASSES (models/insight/relationship_profile.py), word for word. */
export const CLASS_NAMES = {
    true: _t("Buys often, feels attached"),
    latent: _t("Feels attached, buys rarely"),
    spurious: _t("Buys often, not attached"),
    low: _t("Buys rarely, not attached"),
    unknown: _t("Not yet known"),
};
export const CLASS_HELP = _t(
    "What scholars (Dick and Basu) call loyalty, latent loyalty (attached, buys rarely), spurious loyalty (buys often, not attached) and no loyalty."
);
