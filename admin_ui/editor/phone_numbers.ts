/** Phone numbers as people of the subscriber's country write them, as on all other pages. */

import { type CountryCode, getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";

/** The country the page was made for; "" when the subscriber has none. */
function country(): CountryCode | "" {
  const code = document.getElementById("editor")?.dataset.country ?? "";
  return isSupportedCountry(code) ? code : "";
}

/** A number as it is written at home or abroad; what is no international number stays as it is. */
export function phone(number: string): string {
  const parsed = number.startsWith("+") ? parsePhoneNumberFromString(number) : undefined;
  if (!parsed) return number;
  const home = country();
  return home && getCountryCallingCode(home) === parsed.countryCallingCode ? parsed.formatNational() : parsed.formatInternational();
}
