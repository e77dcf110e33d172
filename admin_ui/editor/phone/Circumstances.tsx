/** The rest of a trial's settings: lists, who is busy, the caller's name and language, variables. */

import { useId } from "react";

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { FlowDoc } from "../types";
import type { Settings } from "./given";
import { listsUsed, numbersRung, type Surroundings } from "./used";

interface Props {
  doc: FlowDoc;
  known: Surroundings;
  settings: Settings;
  onChange: (change: Partial<Settings>) => void;
}

export function Circumstances({ doc, known, settings, onChange }: Props) {
  const id = useId();
  const lists = listsUsed(doc, known.forms);
  const rung = [...new Set([...numbersRung(doc, known.forms), ...settings.busy])];
  return (
    <>
      {lists.length > 0 && (
        <fieldset>
          <legend className="form-label">{t("Lists")}</legend>
          {lists.map((list) => (
            <ListChoice
              key={list}
              list={list}
              value={settings.lists[list]}
              onChange={(value) => onChange({ lists: withChoice(settings.lists, list, value) })}
            />
          ))}
        </fieldset>
      )}
      {rung.length > 0 && (
        <fieldset>
          <legend className="form-label">{t("Who is busy")}</legend>
          <div className="ph-checks">
            {rung.map((number) => (
              <label key={number} className="form-check">
                <input
                  type="checkbox"
                  className="form-check-input"
                  checked={settings.busy.includes(number)}
                  onChange={(event) =>
                    onChange({
                      busy: event.target.checked
                        ? [...settings.busy, number]
                        : settings.busy.filter((one) => one !== number),
                    })
                  }
                />{" "}
                {phone(number)}
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <details className="ph-more">
        <summary>{t("More")}</summary>
        <label className="form-label" htmlFor={`${id}-name`}>
          {t("Caller's name")}
        </label>
        <input
          id={`${id}-name`}
          className="form-control"
          value={settings.callerName}
          onChange={(event) => onChange({ callerName: event.target.value })}
        />
        <label className="form-label" htmlFor={`${id}-language`}>
          {t("Language")}
        </label>
        <select
          id={`${id}-language`}
          className="form-select"
          value={settings.language}
          onChange={(event) => onChange({ language: event.target.value })}
        >
          <option value="">{t("As the subscriber's")}</option>
          <option value="fr">Français</option>
          <option value="en">English</option>
          <option value="de">Deutsch</option>
        </select>
        <label className="form-label" htmlFor={`${id}-variables`}>
          {t("Variables the call begins with")}
        </label>
        <textarea
          id={`${id}-variables`}
          className="form-control font-monospace"
          rows={2}
          placeholder={"customer = 4711"}
          value={settings.variables}
          onChange={(event) => onChange({ variables: event.target.value })}
        />
        <div className="form-text">{t("One in each line: name = value")}</div>
      </details>
    </>
  );
}

interface ChoiceProps {
  list: string;
  value: boolean | undefined;
  onChange: (value: boolean | undefined) => void;
}

/** A list decides by itself until its box says otherwise. */
function ListChoice({ list, value, onChange }: ChoiceProps) {
  const decided = value !== undefined;
  return (
    <div className="ph-list">
      <label className="form-check">
        <input
          type="checkbox"
          className="form-check-input"
          checked={value === true}
          ref={(box) => {
            if (box) box.indeterminate = !decided;
          }}
          onChange={(event) => onChange(event.target.checked)}
        />{" "}
        {t("The caller is on “{list}”", { list })}
      </label>
      {decided ? (
        <button type="button" className="btn btn-sm btn-link" onClick={() => onChange(undefined)}>
          {t("As the list says")}
        </button>
      ) : (
        <span className="text-body-secondary small">{t("as the list says")}</span>
      )}
    </div>
  );
}

function withChoice(lists: Record<string, boolean>, list: string, value: boolean | undefined): Record<string, boolean> {
  const { [list]: _, ...others } = lists;
  return value === undefined ? others : { ...others, [list]: value };
}
