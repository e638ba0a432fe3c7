import { patch } from "@web/core/utils/patch";
import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { FriendButton } from "../../../components/friend_button/friend_button";
import { FeelingsButton } from "../../../components/feelings_button/feelings_button";

patch(ControlButtons, {
    components: { ...ControlButtons.components, FeelingsButton, FriendButton },
});
