import { useMemo, useState } from "react";

import { useSubscriberLanguage } from "../collections";
import { resolve, valuesOf } from "../model/schema";
import { drop, put } from "../ordered";
import { useEditor } from "../store";
import { language as own, t } from "../texts";
import type { FlowDoc } from "../types";
import type { FieldProps } from "./props";

const OFFERED = ["fr", "en", "de", "es", "it", "nl", "pt", "pl", "ar"];

/** A text in several languages: the subscriber's own first, then those the flow is written in. */
export function TextByLanguage({ Part, id, path, schema, root, value, onChange, problems, label, disabled = false }: FieldProps) {
  const texts = (value && typeof value === "object" ? value : {}) as Record<string, string>;
  const first = useSubscriberLanguage();
  const doc = useEditor((state) => state.doc);
  const [added, setAdded] = useState<string[]>([]);
  const spoken = useMemo(() => languagesOf(doc), [doc]);
  const base = [...new Set([first, ...spoken, ...Object.keys(texts), ...added])].filter(Boolean);
  const languages = base.length ? base : [own().slice(0, 2)];
  const inner = valuesOf(schema) ?? { type: "string", widget: "template" };
  const named = useMemo(() => new Intl.DisplayNames([own()], { type: "language" }), []);
  const set = (language: string, text: unknown) => {
    const made = typeof text === "string" && text ? put(texts, language, text) : drop(texts, language);
    onChange(Object.keys(made).length ? made : undefined);
  };
  return (
    <div className="ed-rows">
      {languages.map((language) => (
        <div key={language} className="ed-row ed-language">
          <span className="ed-tongue" title={named.of(language)}>{language}</span>
          <Part
            id={`${id}-${language}`} path={`${path}.${language}`} schema={resolve(inner, root).schema} root={root} value={texts[language]} bare={`${label ?? path}: ${named.of(language) ?? language}`}
            problems={problems} disabled={disabled} onChange={(text) => set(language, text)}
          />
        </div>
      ))}
      <select className="form-select form-select-sm ed-more" value="" disabled={disabled} aria-label={t("Add a language")} onChange={(event) => setAdded([...added, event.target.value])}>
        <option value="">{t("Add a language")}</option>
        {OFFERED.filter((language) => !languages.includes(language)).map((language) => <option key={language} value={language}>{named.of(language)}</option>)}
      </select>
    </div>
  );
}

/** The languages a flow is written in, the most used first. */
export function languagesOf(doc: FlowDoc): string[] {
  const times = new Map<string, number>();
  const walk = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "text" && inner && typeof inner === "object") {
        for (const language of Object.keys(inner)) if (/^[a-z]{2}$/.test(language)) times.set(language, (times.get(language) ?? 0) + 1);
      } else walk(inner);
    }
  };
  walk(doc.nodes);
  return [...times].sort(([, one], [, other]) => other - one).map(([language]) => language);
}
