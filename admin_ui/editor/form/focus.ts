import { type RefObject, useEffect, useRef } from "react";

import { useEditor } from "../store";

const INPUTS = "input:not([disabled]), select:not([disabled]):not(.ed-insert):not(.ed-more), textarea:not([disabled])";

/** The element of a field, or of the nearest field around it: `choices.1.text` falls back to `choices.1`, `choices`. */
export function fieldElement(panel: HTMLElement, field: string): HTMLElement | null {
  const parts = field.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const path = parts.slice(0, length).join(".");
    const found = [...panel.querySelectorAll<HTMLElement>("[data-field]")].find((one) => one.dataset.field === path);
    if (found) return found;
  }
  return null;
}

/** Puts the cursor in the field that is asked for, when the panel shows its node. */
export function useFieldFocus(name: string): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null);
  const focus = useEditor((state) => state.focus);
  useEffect(() => {
    if (!panel.current || focus?.node !== name || !focus.field) return;
    const element = fieldElement(panel.current, focus.field);
    element?.scrollIntoView({ block: "center" });
    element?.querySelector<HTMLElement>(INPUTS)?.focus({ preventScroll: true });
  }, [focus, name]);
  return panel;
}
