import { useSyncExternalStore } from "react";

function watch(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  return () => observer.disconnect();
}

/** The page's theme, as its root element says. */
export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(watch, () => (document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"));
}

const query = (text: string) => globalThis.matchMedia?.(text);

/** Whether a media query holds, as the window changes. */
export function useMedia(text: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = query(text);
      list?.addEventListener("change", changed);
      return () => list?.removeEventListener("change", changed);
    },
    () => query(text)?.matches ?? false,
  );
}

/** How long a movement of the canvas takes: none for those who asked for less motion. */
export const moving = (milliseconds: number): number =>
  query("(prefers-reduced-motion: reduce)")?.matches ? 0 : milliseconds;
