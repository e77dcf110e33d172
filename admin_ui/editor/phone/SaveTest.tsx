/** Keep a trial as a test of the flow: a name, the way it went, and what was said if that matters. */

import { useId, useState } from "react";

import { t } from "../texts";
import type { FlowTest, Given, Line, Seen } from "../types";
import { pathOf } from "./simulated";

/** Write the test: what was given and done, and what must come true again. */
export function testOf(name: string, given: Given, script: Line[], seen: Seen, flow: string, words: boolean): FlowTest {
  const said = seen.events
    .filter((event) => event.sounds?.length)
    .flatMap((event) => event.sounds ?? [])
    .map((sound) => sound.text)
    .filter(Boolean);
  const expect = { path: pathOf(seen.steps, flow), ...(words && said.length && { said: [...new Set(said)] }) };
  return { name, given, ...(script.length && { script }), expect };
}

interface Props {
  taken: string[];
  given: Given;
  script: Line[];
  seen: Seen;
  flow: string;
  onSave: (test: FlowTest) => void;
  onClose: () => void;
}

export function SaveTest({ taken, given, script, seen, flow, onSave, onClose }: Props) {
  const id = useId();
  const [name, setName] = useState("");
  const [words, setWords] = useState(false);
  const double = taken.includes(name.trim());
  return (
    <form
      className="ph-save"
      aria-label={t("Save as test")}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        if (!name.trim() || double) return;
        onSave(testOf(name.trim(), given, script, seen, flow, words));
        onClose();
      }}
    >
      <label className="form-label" htmlFor={id}>
        {t("Name of the test")}
      </label>
      <input
        id={id}
        className={`form-control ${double ? "is-invalid" : ""}`}
        autoFocus
        value={name}
        placeholder={t("a customer in the morning")}
        onChange={(event) => setName(event.target.value)}
      />
      {double && <div className="invalid-feedback">{t("There is a test of this name; choose another.")}</div>}
      <label className="form-check">
        <input
          type="checkbox"
          className="form-check-input"
          checked={words}
          onChange={(event) => setWords(event.target.checked)}
        />{" "}
        {t("Also check what is said")}
      </label>
      <div className="ph-buttons">
        <button type="submit" className="btn btn-sm btn-primary" disabled={!name.trim() || double}>
          {t("Save as test")}
        </button>
        <button type="button" className="btn btn-sm btn-link" onClick={onClose}>
          {t("Cancel")}
        </button>
      </div>
    </form>
  );
}
