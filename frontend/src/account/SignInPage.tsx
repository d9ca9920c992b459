import { useEffect } from "react";
import type { Session } from "../state/session.ts";
import { SignInForm } from "./SignInForm.tsx";

const SENT = "taskchat.sent";
const AGAIN_MS = 30_000;

/** The first page: an account here, or the way to an outside issuer's. */
export function SignInPage({
  session,
  onFirstWords,
}: {
  session: Session;
  onFirstWords: (text: string) => void;
}) {
  const { accounts, sign_in_url: elsewhere } = session.config;
  const isOnlyElsewhere = !accounts && elsewhere !== null;
  useEffect(() => {
    if (!isOnlyElsewhere) return;
    // Somebody who has just been there and is still unknown would be sent round and round.
    const sentAt = Number(sessionStorage.getItem(SENT) ?? "0");
    if (Date.now() - sentAt < AGAIN_MS) return;
    sessionStorage.setItem(SENT, String(Date.now()));
    location.assign(elsewhere);
  }, [isOnlyElsewhere, elsewhere]);

  return (
    <main className="flex min-h-full items-center justify-center p-4">
      <div className="flex w-full max-w-sm flex-col gap-6 py-8">
        <header className="flex flex-col gap-1">
          <h1 className="text-3xl font-semibold">Taskchat</h1>
          <p className="text-soft">Your to-do list, kept by talking.</p>
        </header>
        {accounts && <SignInForm session={session} onFirstWords={onFirstWords} />}
        {elsewhere !== null && (
          <a
            href={elsewhere}
            className="flex min-h-11 items-center justify-center rounded-lg border border-edge px-4 font-medium hover:bg-shade"
          >
            Sign in with your organisation
          </a>
        )}
        {!accounts && elsewhere === null && (
          <p>You are not signed in, and this server does not say where that is done.</p>
        )}
      </div>
    </main>
  );
}
