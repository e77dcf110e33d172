/** The flow as a file: the same YAML that `apply` reads. */

import { Download, Upload } from "lucide-react";
import { useRef, useState, type ChangeEvent } from "react";

import { BASE, flowPath } from "../api";
import { said } from "../phone/simulated";
import { t } from "../texts";
import type { FlowDoc, Problem } from "../types";
import { readYaml } from "./reading";

/** Whether there is something to put into the editor: an unfinished flow is, a file that cannot be read is not. */
function isFlow(doc: Partial<FlowDoc>): doc is FlowDoc {
  return typeof doc.nodes === "object" && doc.nodes !== null && !Array.isArray(doc.nodes);
}

export function Files({ flow, onRestore }: { flow: string; onRestore: (doc: FlowDoc) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState("");
  const [read, setRead] = useState<{ file: string; problems: Problem[] } | null>(null);
  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = ""; // the same file may be chosen again after it was mended
    if (!file) return;
    setError("");
    setRead(null);
    try {
      const { doc, problems } = await readYaml(await file.text());
      if (!isFlow(doc)) {
        setError(problems.map((problem) => problem.text).join(" ") || t("There is no flow in this file."));
        return;
      }
      onRestore({ ...doc, name: flow });
      setRead({ file: file.name, problems });
    } catch (reason) {
      setError(said(reason));
    }
  };
  return (
    <div>
      <h3>{t("As a file")}</h3>
      <div className="ve-buttons">
        <a className="btn btn-sm btn-outline-secondary" href={`${BASE}${flowPath(flow, "export")}`} download={`${flow}.yaml`}>
          <Download size={14} aria-hidden /> {t("Export YAML")}
        </a>
        <button type="button" className="btn btn-sm btn-outline-secondary" onClick={() => input.current?.click()}>
          <Upload size={14} aria-hidden /> {t("Import YAML…")}
        </button>
        <input
          ref={input}
          type="file"
          className="visually-hidden"
          tabIndex={-1}
          accept=".yaml,.yml,text/yaml"
          aria-label={t("YAML file of a flow")}
          onChange={(event) => void take(event)}
        />
      </div>
      <div role="status">
        {read && (
          <p className="ve-faint">
            {t("“{file}” is in the editor as a draft; Undo brings the former one back.", { file: read.file })}
            {read.problems.length > 0 && ` ${t("Problems: {count}", { count: read.problems.length })}`}
          </p>
        )}
      </div>
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
    </div>
  );
}
