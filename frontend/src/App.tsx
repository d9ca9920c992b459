import { useEffect, useRef } from "react";
import { ExpiredDialog } from "./account/ExpiredDialog.tsx";
import { Farewell } from "./account/Farewell.tsx";
import { SignInPage } from "./account/SignInPage.tsx";
import type { Session } from "./state/session.ts";
import { useStore } from "./state/store.ts";
import { PrimaryButton } from "./ui/buttons.tsx";
import { Workspace } from "./Workspace.tsx";

/** The page: who is there decides what it shows. */
export function App({ session }: { session: Session }) {
  const { status, user, failure } = useStore(session);
  const firstWords = useRef("");
  useEffect(() => void session.start(), [session]);

  // Said once: whoever signs in after this has not said them.
  const takeFirstWords = () => {
    const words = firstWords.current;
    firstWords.current = "";
    return words;
  };

  if (status === "unreachable" && user === null) {
    return (
      <main className="flex h-full flex-col items-center justify-center gap-4 p-4 text-center">
        <h1 className="text-xl font-semibold">Taskchat</h1>
        <p role="alert">{failure?.message}</p>
        <PrimaryButton onClick={() => void session.start()}>Try again</PrimaryButton>
      </main>
    );
  }
  if (status === "starting") {
    return (
      <main className="flex h-full items-center justify-center">
        <h1 className="sr-only">Taskchat</h1>
        <p className="text-soft">Loading…</p>
      </main>
    );
  }
  if (status === "gone") return <Farewell onStartOver={() => session.leave()} />;
  if (user === null) {
    return (
      <SignInPage
        session={session}
        onFirstWords={(text) => {
          firstWords.current = text;
        }}
      />
    );
  }
  return (
    <>
      <Workspace key={user.id} session={session} user={user} takeFirstWords={takeFirstWords} />
      {status === "expired" && <ExpiredDialog session={session} />}
    </>
  );
}
