import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Copies every Lucide icon beside the bundle: which ones the nodes name is known only to the server. */
function icons(): Plugin {
  return {
    name: "lucide-icons",
    apply: "build",
    writeBundle: ({ dir }) => cpSync(here("node_modules/lucide-static/icons"), `${dir}/icons`, { recursive: true }),
  };
}

/** Writes every script and style sheet compressed beside itself: the server picks what the browser takes. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle: ({ dir }) => {
      const folder = `${dir}/assets`;
      for (const name of readdirSync(folder).filter((name) => /\.(js|css)$/.test(name))) {
        const content = readFileSync(`${folder}/${name}`);
        writeFileSync(`${folder}/${name}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${folder}/${name}.br`, brotliCompressSync(content));
      }
    },
  };
}

const entries = ["editor/main.tsx", "shell/main.ts", "shell/api_docs.ts"].filter((entry) => existsSync(here(entry)));

export default defineConfig({
  base: "/static/built/",
  plugins: [react(), icons(), compressed()],
  css: {
    preprocessorOptions: {
      // Bootstrap 5 is written in the Sass of its day.
      scss: { silenceDeprecations: ["import", "if-function", "global-builtin", "color-functions"] },
    },
  },
  build: {
    outDir: "static/built",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    rollupOptions: { input: entries.map(here) },
  },
  test: {
    environment: "jsdom",
    include: ["editor/**/*.test.{ts,tsx}", "shell/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 1,
    testTimeout: 30000, // milliseconds: a busy machine types slowly
  },
});
