import { patch } from "@web/core/utils/patch";
import { ActionpadWidget } from "@point_of_sale/app/screens/product_screen/action_pad/action_pad";
import { FriendButton } from "../../../components/friend_button/friend_button";
import { FeelingsButton } from "../../../components/feelings_button/feelings_button";

patch(ActionpadWidget, {
    components: { ...ActionpadWidget.components, FeelingsButton, FriendButton },
});
