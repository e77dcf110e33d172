import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import type { Place } from "../model/edits";
import { addKind, useEditor } from "../store";
import { t } from "../texts";
import { grouped } from "./groups";
import { Icon } from "./Icon";

/** A node to be added where a wire was let go. */
export interface Wanted {
  screen: { x: number; y: number };
  at: Place;
  from: { node: string; exit: string };
}

const HEIGHT = 340;
const WIDTH = 260;

export function AddMenu({ wanted, close }: { wanted: Wanted; close: () => void }) {
  const forms = useEditor((state) => state.forms);
  const [filter, setFilter] = useState("");
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => grouped(forms, filter).flatMap((group) => group.forms), [forms, filter]);
  const add = (kind: string | undefined) => {
    if (kind) addKind(kind, wanted.at, wanted.from);
    close();
  };
  useEffect(() => {
    const away = (event: PointerEvent) => !box.current?.contains(event.target as Node) && close();
    document.addEventListener("pointerdown", away, true);
    return () => document.removeEventListener("pointerdown", away, true);
  }, [close]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") setAt((at + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setAt((at + found.length - 1) % Math.max(1, found.length));
    else if (event.key === "Enter") add(found[at]?.kind);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const left = Math.min(wanted.screen.x, window.innerWidth - WIDTH - 8);
  const top = Math.min(wanted.screen.y, window.innerHeight - HEIGHT - 8);
  return (
    <div ref={box} className="ed-add" style={{ left, top, width: WIDTH, maxHeight: HEIGHT }} role="dialog" aria-label={t("Add a node")} onKeyDown={onKeyDown}>
      <input
        className="form-control" autoFocus value={filter} placeholder={t("Which node comes next?")} aria-label={t("Which node comes next?")}
        onChange={(event) => { setFilter(event.target.value); setAt(0); }}
      />
      <ul role="listbox" aria-label={t("Nodes")}>
        {found.map((form, place) => (
          <li key={form.kind} role="option" aria-selected={place === at} className={place === at ? "is-at" : ""} onPointerEnter={() => setAt(place)} onClick={() => add(form.kind)}>
            <span className={`ed-tile ed-group-${form.group}`}><Icon name={form.icon} size={16} /></span>
            {form.title}
          </li>
        ))}
      </ul>
    </div>
  );
}
