import { type KeyboardEvent, useMemo, useState } from "react";

import { Icon } from "../canvas/Icon";
import { useSpoken } from "../collections";
import { gist, haystack } from "../model/gist";
import { entries } from "../ordered";
import { focusOn, useEditor } from "../store";
import { language, t } from "../texts";
import { useView } from "../view";

const MOST = 12;

/** Finds a node by its name, what it says, or a number it dials, and goes there. */
export function Search() {
  const open = useView((state) => state.search);
  return open ? <SearchBox close={() => useView.setState({ search: false })} /> : null;
}

function SearchBox({ close }: { close: () => void }) {
  const { nodes } = useEditor((state) => state.doc);
  const forms = useEditor((state) => state.forms);
  const spoken = useSpoken();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const found = useMemo(() => {
    const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const all = entries(nodes).filter(([name, node]) => {
      const text = haystack(name, node, forms[node.kind], spoken);
      return wanted.every((word) => text.includes(word));
    });
    return all.slice(0, MOST);
  }, [words, nodes, forms, spoken]);
  const go = (name: string | undefined) => {
    if (name !== undefined) focusOn(name);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: found.length - 1 }[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Enter") go(found[at]?.[0]);
    else if (by !== undefined) setAt((at + by) % Math.max(1, found.length));
    else return;
    event.preventDefault();
  };
  return (
    <div className="ed-search" role="dialog" aria-label={t("Search this flow")} onKeyDown={onKeyDown}>
      <input
        className="form-control" autoFocus type="search" role="combobox" aria-expanded="true" aria-controls="search-found" aria-activedescendant={found[at] ? `found-${at}` : undefined}
        value={words} placeholder={t("A name, words callers hear, a number")} aria-label={t("Search this flow")} onBlur={close}
        onChange={(event) => { setWords(event.target.value); setAt(0); }}
      />
      <ul id="search-found" role="listbox" aria-label={t("Nodes")}>
        {found.map(([name, node], place) => (
          <li
            key={name} id={`found-${place}`} role="option" aria-selected={place === at} className={place === at ? "is-at" : ""}
            onPointerDown={(event) => { event.preventDefault(); go(name); }} onPointerEnter={() => setAt(place)}
          >
            <span className={`ed-tile ed-group-${forms[node.kind]?.group ?? "unknown"}`}><Icon name={forms[node.kind]?.icon ?? "circle-help"} size={15} /></span>
            <strong>{name}</strong>
            <span className="ed-found-gist">{gist(node, forms[node.kind], language(), spoken)}</span>
          </li>
        ))}
        {found.length ? null : <li className="ed-none">{t("Nothing found.")}</li>}
      </ul>
    </div>
  );
}
