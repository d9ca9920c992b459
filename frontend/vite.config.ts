import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type UserConfig } from "vite";

const target = "es2022";

// `npm run dev` serves the page with hot reloading, and passes the rest on to `./run serve`.
const api = { target: "http://127.0.0.1:8000", changeOrigin: false };

const page: UserConfig = {
  plugins: [tailwindcss()],
  build: { target, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": api, "/auth": api, "/health": api } },
};

// One file for the pages of other sites: it brings its look along, and half of what React weighs is
// enough for it (101 kB gzip with React).
const widget: UserConfig = {
  plugins: [tailwindcss()],
  resolve: {
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom/client": "preact/compat/client",
      react: "preact/compat",
    },
  },
  build: {
    target,
    rolldownOptions: {
      input: "src/widget/main.tsx",
      output: { format: "iife", entryFileNames: "widget.js" },
    },
  },
};

// `vite build --mode widget` builds the widget.
export default defineConfig(({ mode }) => (mode === "widget" ? widget : page));
