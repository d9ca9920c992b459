import { useState } from "react";
import { failureFrom } from "../api/failure.ts";
import { MIN_PASSWORD, type Session } from "../state/session.ts";
import { PrimaryButton, QuietButton } from "../ui/buttons.tsx";
import { Drawer } from "../ui/Drawer.tsx";
import { FIELD, Field } from "../ui/Field.tsx";

interface Shown {
  session: Session;
  onClose: () => void;
  onDone: () => void;
}

/** Another password. The session here goes on by it; all others end. */
export function PasswordDialog({ session, onClose, onDone }: Shown) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const submit = async () => {
    if (next.length < MIN_PASSWORD) {
      setProblem(`A password has ${MIN_PASSWORD} characters or more.`);
      return;
    }
    setBusy(true);
    setProblem("");
    try {
      await session.changePassword(current, next);
      onDone();
    } catch (error) {
      const failure = failureFrom(error);
      setProblem(failure.status === 401 ? "The current password is wrong." : failure.message);
      setBusy(false);
    }
  };

  return (
    <Drawer side="center" label="Change the password" onClose={onClose}>
      <form
        className="flex flex-col gap-4 p-6"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void submit();
        }}
      >
        <h2 className="text-xl font-semibold">Change the password</h2>
        {/* A password manager has to know whose it is. */}
        <input hidden readOnly autoComplete="username" value={session.get().user?.email ?? ""} />
        <Field label="Current password">
          <input
            type="password"
            required
            maxLength={128}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
            className={FIELD}
          />
        </Field>
        <Field label="New password" hint={`${MIN_PASSWORD} characters or more`}>
          <input
            type="password"
            required
            maxLength={128}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
            className={FIELD}
          />
        </Field>
        <p role="alert" className="text-bad empty:hidden">
          {problem}
        </p>
        <p className="text-sm text-soft">You stay signed in here, and are signed out elsewhere.</p>
        <div className="flex justify-end gap-2">
          <QuietButton onClick={onClose}>Cancel</QuietButton>
          <PrimaryButton type="submit" disabled={isBusy}>
            Change
          </PrimaryButton>
        </div>
      </form>
    </Drawer>
  );
}
