/** The side panels, each a chunk of its own that is loaded when it is first opened. */

import { type ComponentType, lazy } from "react";

import type { PhoneProps, TestsProps, VersionsProps } from "./types";

const files = import.meta.glob<{ default: ComponentType<never> }>(["./phone/Phone.tsx", "./tests/Tests.tsx", "./versions/Versions.tsx"]);

function panel<Props>(file: string): ComponentType<Props> {
  return lazy(async () => {
    const load = files[file];
    const found = (await load?.()) as { default: ComponentType<Props> } | undefined;
    return found ?? { default: () => null };
  }) as unknown as ComponentType<Props>;
}

export const PhonePanel = panel<PhoneProps>("./phone/Phone.tsx");
export const TestsPanel = panel<TestsProps>("./tests/Tests.tsx");
export const VersionsPanel = panel<VersionsProps>("./versions/Versions.tsx");
