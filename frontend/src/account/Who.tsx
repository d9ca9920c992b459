import { useState } from "react";
import type { Profile } from "../api/client.ts";
import type { Desk } from "../desk.ts";
import { forgetDrafts } from "../state/kept.ts";
import { goTo } from "../state/route.ts";
import type { Session } from "../state/session.ts";
import { LinkButton } from "../ui/buttons.tsx";
import { AccountDialog } from "./AccountDialog.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { PasswordDialog } from "./PasswordDialog.tsx";

interface Shown {
  session: Session;
  user: Profile;
  desk: Desk;
}

/** Who is signed in, and the ways to the account and out. */
export function Who({ session, user, desk }: Shown) {
  const [open, setOpen] = useState<"account" | "password" | "deletion" | null>(null);
  const close = () => setOpen(null);
  const signOut = async () => {
    if (!(await desk.toasts.attempt(session.signOut()))) return;
    forgetDrafts();
    goTo(null);
    desk.news.tell({ about: "session" });
    session.leave();
  };

  return (
    <>
      <div className="flex items-center gap-2 border-t border-line px-4 py-2 text-sm text-soft">
        <span dir="auto" className="min-w-0 flex-1 truncate" title={user.email ?? ""}>
          {user.name ?? user.email ?? "Signed in"}
        </span>
        <LinkButton className="min-h-8" onClick={() => setOpen("account")}>
          Account
        </LinkButton>
        {session.isLocal && (
          <LinkButton className="min-h-8" onClick={() => void signOut()}>
            Sign out
          </LinkButton>
        )}
      </div>
      {open === "account" && (
        <AccountDialog
          session={session}
          onPassword={() => setOpen("password")}
          onDelete={() => setOpen("deletion")}
          onDownloaded={() => {
            close();
            desk.toasts.say("Your data is downloaded.");
          }}
          onClose={close}
        />
      )}
      {open === "password" && (
        <PasswordDialog
          session={session}
          onClose={close}
          onDone={() => {
            close();
            if (session.get().status === "in") desk.toasts.say("Your password is changed.");
          }}
        />
      )}
      {open === "deletion" && (
        <DeleteDialog
          session={session}
          onClose={close}
          onDone={() => {
            desk.news.tell({ about: "gone", userId: user.id });
            goTo(null);
            session.gone();
          }}
        />
      )}
    </>
  );
}
