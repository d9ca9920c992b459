import type { Session } from "../state/session.ts";
import { LinkButton } from "../ui/buttons.tsx";
import { Drawer } from "../ui/Drawer.tsx";
import { SignInForm } from "./SignInForm.tsx";

/** The session is over; the page stays as it is behind this, and goes on after it. */
export function ExpiredDialog({ session }: { session: Session }) {
  const elsewhere = session.config.sign_in_url;
  return (
    <Drawer side="center" label="Sign in again" canClose={false} onClose={() => undefined}>
      <div className="flex flex-col gap-4 p-6">
        <h2 className="text-xl font-semibold">Sign in again</h2>
        <p className="text-soft">Your session has ended. What you have written is kept.</p>
        {session.isLocal ? (
          <SignInForm session={session} />
        ) : (
          elsewhere !== null && (
            <a href={elsewhere} className="text-accent underline underline-offset-2">
              Sign in
            </a>
          )
        )}
        <p className="text-sm text-soft">
          Somebody else? <LinkButton onClick={() => session.leave()}>Start over</LinkButton>
        </p>
      </div>
    </Drawer>
  );
}
