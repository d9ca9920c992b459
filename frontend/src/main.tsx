import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { readConfig } from "./config.ts";
import { Session } from "./state/session.ts";
import "./theme.css";

const place = document.getElementById("page");
if (place !== null) createRoot(place).render(<App session={new Session(readConfig())} />);
