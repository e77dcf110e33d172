import { ReactFlowProvider } from "@xyflow/react";
import { useEffect } from "react";

import { Conflict } from "./bar/Conflict";
import { Dock } from "./bar/Dock";
import { Drawer } from "./bar/Drawer";
import { Help } from "./bar/Help";
import { Offer } from "./bar/Offer";
import { Search } from "./bar/Search";
import { VersionBar } from "./bar/VersionBar";
import { Canvas } from "./canvas/Canvas";
import { Palette } from "./canvas/Palette";
import { useMedia } from "./canvas/theme";
import { readSubscriber, useCollection } from "./collections";
import { FlowPanel } from "./form/FlowPanel";
import { ManyPanel } from "./form/ManyPanel";
import { NodePanel } from "./form/NodePanel";
import { useKeys } from "./keyboard";
import { useEditor } from "./store";
import { t } from "./texts";
import { useView } from "./view";

const NARROW = "(max-width: 767.98px)";

/** The flow constructor: bar, palette, canvas, dock, drawer and properties. On a phone it is read, not drawn. */
export function Editor({ replay }: { replay: string | null }) {
  return (
    <ReactFlowProvider>
      <Workbench replay={replay} />
    </ReactFlowProvider>
  );
}

function Workbench({ replay }: { replay: string | null }) {
  const narrow = useMedia(NARROW);
  const wasReadonly = useEditor((state) => state.readonly);
  const old = useEditor((state) => Boolean(state.compared?.after)); // a published version is on the canvas, not the draft
  const readonly = wasReadonly || narrow || old;
  useKeys(readonly);
  useCollection("prompts");
  useEffect(() => void readSubscriber(), []);
  useEffect(() => {
    if (replay) useView.setState({ side: "phone" });
  }, [replay]);
  return (
    <div className={`ed${narrow ? " is-narrow" : ""}`}>
      <VersionBar narrow={narrow} />
      <Conflict />
      <Offer />
      <div className="ed-main">
        {readonly ? null : <Palette />}
        <div className="ed-middle">
          <Canvas readonly={readonly} selectable={!old} />
          <Search />
          <Dock narrow={narrow} />
        </div>
        <Drawer replay={replay} />
        {narrow || old ? null : <Properties />}
      </div>
      <Help />
      <Told />
    </div>
  );
}

function Properties() {
  const selected = useEditor((state) => state.selected);
  const side = useView((state) => state.side);
  const [name] = selected;
  if (side && selected.size === 0) return null;
  return (
    <aside className="ed-properties" aria-label={t("Properties")}>
      {selected.size === 0 ? <FlowPanel /> : selected.size === 1 && name !== undefined ? <NodePanel name={name} /> : <ManyPanel />}
    </aside>
  );
}

function Told() {
  const told = useEditor((state) => state.told);
  return <div className="visually-hidden" role="status">{told}</div>;
}
