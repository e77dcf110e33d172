/** Who calls, which number, when, and how the world answers: what a trial begins with. */

import { Phone as PhoneIcon } from "lucide-react";
import { useId, useState } from "react";

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { FlowDoc } from "../types";
import { callerPresets } from "./callers";
import { keepSettings, type Settings } from "./given";
import { moment, momentPresets } from "./moments";
import { Circumstances } from "./Circumstances";
import type { Surroundings } from "./used";

interface Props {
  flow: string;
  doc: FlowDoc;
  known: Surroundings;
  settings: Settings;
  onChange: (settings: Settings) => void;
  onStart: () => void;
}

export function SettingsForm({ flow, doc, known, settings, onChange, onStart }: Props) {
  const id = useId();
  const [opened] = useState(() => new Date());
  const set = (change: Partial<Settings>) => onChange({ ...settings, ...change });
  const start = () => {
    keepSettings(flow, settings);
    onStart();
  };
  return (
    <form
      className="ph-form"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <div className="ph-scroll">
        <fieldset>
          <label className="form-label" htmlFor={`${id}-caller`}>
            {t("Who calls")}
          </label>
          <input
            id={`${id}-caller`}
            className="form-control"
            type="tel"
            value={settings.caller}
            placeholder={t("Anonymous caller")}
            onChange={(event) => set({ caller: event.target.value })}
          />
          <Presets
            label={t("Callers to try")}
            options={callerPresets(doc, known.country).map(({ name, caller }) => ({ name, value: caller, hint: phone(caller) }))}
            value={settings.caller}
            onPick={(caller) => set({ caller })}
          />
        </fieldset>
        <fieldset>
          <label className="form-label" htmlFor={`${id}-called`}>
            {t("Number called")}
          </label>
          <input
            id={`${id}-called`}
            className="form-control"
            type="tel"
            list={`${id}-numbers`}
            value={settings.called}
            onChange={(event) => set({ called: event.target.value })}
          />
          <datalist id={`${id}-numbers`}>
            {known.numbers.map((number) => (
              <option key={number} value={number} />
            ))}
          </datalist>
        </fieldset>
        <fieldset>
          <label className="form-label" htmlFor={`${id}-at`}>
            {t("Date and time")}
          </label>
          <input
            id={`${id}-at`}
            className="form-control"
            type="datetime-local"
            value={settings.at}
            aria-describedby={`${id}-at-help`}
            onChange={(event) => set({ at: event.target.value.slice(0, 16) })}
          />
          <Presets
            label={t("Moments to try")}
            options={momentPresets(opened, known.country, known.timeZone).map(({ name, at }) => ({
              name,
              value: at,
              hint: moment(at),
            }))}
            value={settings.at}
            onPick={(at) => set({ at })}
          />
          <div className="form-text" id={`${id}-at-help`}>
            {settings.at ? moment(settings.at) : t("Empty is the moment the call starts.")}
          </div>
        </fieldset>
        <Circumstances doc={doc} known={known} settings={settings} onChange={set} />
      </div>
      <div className="ph-actions">
        <button type="submit" className="btn btn-success w-100">
          <PhoneIcon size={18} aria-hidden /> {t("Start the call")}
        </button>
      </div>
    </form>
  );
}

interface PresetsProps {
  label: string;
  options: { name: string; value: string; hint: string }[];
  value: string;
  onPick: (value: string) => void;
}

function Presets({ label, options, value, onPick }: PresetsProps) {
  return (
    <div className="ph-presets" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.name}
          type="button"
          className="btn btn-sm btn-outline-secondary"
          title={option.hint}
          aria-pressed={option.value === value}
          onClick={() => onPick(option.value)}
        >
          {option.name}
        </button>
      ))}
    </div>
  );
}
