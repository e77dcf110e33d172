/** One test: whether it passes, and why not; opened, what it gives, does and expects. */

import { Check, CircleHelp, Route, Trash2, X } from "lucide-react";
import { useId, useState } from "react";

import { givenWords, lineWords } from "../phone/words";
import { t } from "../texts";
import type { FlowTest, TestResult } from "../types";

interface Props {
  test: FlowTest;
  taken: string[];
  result: TestResult | null;
  lit: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onRename: (name: string) => void;
  onRemove: () => void;
  onShow: (path: string[] | null) => void;
}

export function TestCard({ test, taken, result, lit, open, onOpen, onRename, onRemove, onShow }: Props) {
  const path = result?.path.length ? result.path : (test.expect?.path ?? []);
  return (
    <details className="te-card" open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary>
        <State result={result} />
        <span className="te-name">{test.name}</span>
      </summary>
      {result?.problems.map((problem, place) => (
        <p key={place} className="te-problem">
          {problem}
        </p>
      ))}
      <div className="te-inner">
        <Name test={test} taken={taken} onRename={onRename} />
        <dl className="te-given">
          {givenWords(test.given ?? {}).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {!!test.script?.length && (
          <ol className="te-script">
            {test.script.map((line, place) => (
              <li key={place}>{lineWords(line)}</li>
            ))}
          </ol>
        )}
        <Expected test={test} />
        <div className="te-buttons">
          <button
            type="button"
            className="btn btn-sm btn-outline-secondary"
            aria-pressed={lit}
            disabled={!path.length}
            onClick={() => onShow(lit ? null : path)}
          >
            <Route size={14} aria-hidden /> {lit ? t("Hide the path") : t("Show the path")}
          </button>
          <button type="button" className="btn btn-sm btn-outline-danger" onClick={onRemove}>
            <Trash2 size={14} aria-hidden /> {t("Delete")}
          </button>
        </div>
      </div>
    </details>
  );
}

function State({ result }: { result: TestResult | null }) {
  if (!result) {
    return (
      <span className="te-state text-body-secondary">
        <CircleHelp size={16} aria-hidden /> {t("not run")}
      </span>
    );
  }
  return result.ok ? (
    <span className="te-state text-success-emphasis">
      <Check size={16} aria-hidden /> {t("passes")}
    </span>
  ) : (
    <span className="te-state text-danger-emphasis">
      <X size={16} aria-hidden /> {t("fails")}
    </span>
  );
}

function Name({ test, taken, onRename }: Pick<Props, "test" | "taken" | "onRename">) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const name = typed ?? test.name;
  const wrong = !name.trim()
    ? t("A test needs a name.")
    : taken.includes(name.trim())
      ? t("There is a test of this name; choose another.")
      : "";
  const keep = () => {
    if (wrong) return;
    if (name.trim() !== test.name) onRename(name.trim());
    setTyped(null);
  };
  return (
    <div className="te-rename">
      <label className="form-label" htmlFor={id}>
        {t("Name")}
      </label>
      <input
        id={id}
        className={`form-control form-control-sm ${wrong ? "is-invalid" : ""}`}
        value={name}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === "Enter") keep();
          if (event.key === "Escape") setTyped(null);
        }}
      />
      {wrong && (
        <div className="invalid-feedback" id={`${id}-wrong`}>
          {wrong}
        </div>
      )}
    </div>
  );
}

function Expected({ test }: { test: FlowTest }) {
  const { path, said, variables, hung_up: cause } = test.expect ?? {};
  return (
    <div className="te-expected">
      {path && <p>{t("Expected: {path}", { path: path.join(" → ") })}</p>}
      {said?.map((text) => <p key={text}>{t("The caller hears “{text}”", { text })}</p>)}
      {Object.entries(variables ?? {}).map(([name, value]) => (
        <p key={name}>{t("“{name}” is “{value}”", { name, value })}</p>
      ))}
      {cause !== undefined && <p>{endWords(cause)}</p>}
    </div>
  );
}

function endWords(cause: unknown): string {
  if (cause === false) return t("The call goes on");
  return cause === true ? t("The call is ended") : t("The call is ended with {cause}", { cause: String(cause) });
}
