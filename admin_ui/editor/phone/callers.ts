/** Callers to try a flow with: numbers that regulators keep for fiction, so that nobody is ever meant. */

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { FlowDoc } from "../types";

const MOBILES: Record<string, string> = {
  FR: "+33639981234",
  DE: "+4917139200123",
  GB: "+447700900123",
  US: "+12025550143",
  CH: "+41791234567",
  AT: "+436641234567",
  BE: "+32470123456",
};

export interface CallerPreset {
  name: string;
  caller: string;
}

/** A customer whom the tests know (else a mobile of the country), nobody, and somebody from abroad. */
export function callerPresets(doc: FlowDoc, country: string): CallerPreset[] {
  const tested = doc.tests?.map((test) => test.given?.caller).find((caller) => caller && caller.length > 6);
  return [
    { name: t("Known customer"), caller: tested || MOBILES[country] || MOBILES.FR || "" },
    { name: t("Anonymous"), caller: "anonymous" },
    { name: t("From abroad"), caller: country === "GB" ? "+33199001234" : "+442079460123" },
  ];
}

const ANONYMOUS = new Set(["", "anonymous", "anonyme", "private", "restricted", "unavailable", "unknown", "withheld"]);

/** A caller in words, a number as people write it. */
export function callerName(caller: string | undefined): string {
  return ANONYMOUS.has((caller ?? "").trim().toLowerCase()) ? t("Anonymous caller") : phone((caller ?? "").trim());
}
