import type { AriaLabelConfig } from "@xyflow/react";

import { t } from "../texts";

const DIRECTIONS: Record<string, string> = { up: "up", down: "down", left: "left", right: "right" };

/** What React Flow tells screen readers, in the user's language. */
export function spokenLabels(): Partial<AriaLabelConfig> {
  const direction = { up: t("up"), down: t("down"), left: t("left"), right: t("right") } as typeof DIRECTIONS;
  return {
    "node.a11yDescription.default": t("Enter chooses the node, the arrow keys move it, Delete removes it, Escape lets go."),
    "node.a11yDescription.keyboardDisabled": t("Enter chooses the node, Escape lets go."),
    "node.a11yDescription.ariaLiveMessage": (moved) =>
      t("Moved {direction}. Now at {x}, {y}.", { direction: direction[moved.direction] ?? moved.direction, x: moved.x, y: moved.y }),
    "controls.ariaLabel": t("Zoom"),
    "controls.zoomIn.ariaLabel": t("Zoom in"),
    "controls.zoomOut.ariaLabel": t("Zoom out"),
    "controls.fitView.ariaLabel": t("Show the whole flow"),
    "minimap.ariaLabel": t("Map of the flow"),
    "handle.ariaLabel": t("Connection point"),
  };
}
