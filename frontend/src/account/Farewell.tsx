import { useEffect, useRef } from "react";
import { QuietButton } from "../ui/buttons.tsx";

/**
 * What is shown to somebody whose account was deleted. Whoever is signed in elsewhere would have a new
 * one as soon as the page asks who is there, so it waits until that is asked for.
 */
export function Farewell({ onStartOver }: { onStartOver: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <main className="flex h-full flex-col items-center justify-center gap-4 p-4 text-center">
      <h1 ref={title} tabIndex={-1} className="text-xl font-semibold outline-none">
        Your account is deleted
      </h1>
      <p className="text-soft">Everything that you had here is gone.</p>
      <QuietButton onClick={onStartOver}>Start over</QuietButton>
    </main>
  );
}
