import type { CSSProperties } from "react";

const SAFE = /^[a-z0-9-]+$/;

/** A Lucide icon by the name the server gives; drawn in the colour of the text around it. */
export function Icon({ name, size = 18 }: { name: string; size?: number }) {
  const url = `url("/static/built/icons/${SAFE.test(name) ? name : "box"}.svg")`;
  const style: CSSProperties = { width: size, height: size, maskImage: url, WebkitMaskImage: url };
  return <span className="ed-icon" style={style} aria-hidden="true" />;
}
