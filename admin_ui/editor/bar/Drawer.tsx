import { X } from "lucide-react";
import { Suspense, useEffect } from "react";

import { PhonePanel, VersionsPanel } from "../panels";
import { useSitting } from "../session";
import { edit, focusOn, setComparison, setPath, setTests, useEditor } from "../store";
import { t } from "../texts";
import type { FlowTest } from "../types";
import { toggleSide, useView } from "../view";

/** The drawer beside the canvas: the phone, or the versions. */
export function Drawer({ replay }: { replay: string | null }) {
  const side = useView((state) => state.side);
  useEffect(() => {
    if (side !== "phone") setPath([]);
    if (side !== "versions") setComparison(null);
  }, [side]);
  if (!side) return null;
  const title = side === "phone" ? t("Test call") : t("Versions");
  return (
    <aside className="ed-drawer" aria-label={title}>
      <header className="ed-drawer-head">
        <h2>{title}</h2>
        <button type="button" className="ed-tool" aria-label={t("Close")} onClick={() => toggleSide(side)}><X size={17} /></button>
      </header>
      <div className="ed-drawer-body">
        <Suspense fallback={<p className="ed-none">{t("Loading…")}</p>}>
          {side === "phone" ? <Phone replay={replay} /> : <Versions />}
        </Suspense>
      </div>
    </aside>
  );
}

function saveTest(test: FlowTest): void {
  setTests([...(useEditor.getState().doc.tests ?? []), test]);
}

function Phone({ replay }: { replay: string | null }) {
  const flow = useEditor((state) => state.flow);
  const doc = useEditor((state) => state.doc);
  return <PhonePanel flow={flow} doc={doc} select={focusOn} onPath={setPath} onSaveTest={saveTest} replayCall={replay} />;
}

function Versions() {
  const flow = useEditor((state) => state.flow);
  const doc = useEditor((state) => state.doc);
  const save = useSitting((state) => state.save);
  return (
    <VersionsPanel
      flow={flow} doc={doc} revision={save.revision} dirty={save.phase !== "saved"} onRestore={edit} onCompare={setComparison}
      onPublished={(version) => useSitting.setState({ published: version })}
    />
  );
}
