import { useState } from "react";
import { failureFrom } from "../api/failure.ts";
import type { Session } from "../state/session.ts";
import { PrimaryButton, QuietButton } from "../ui/buttons.tsx";
import { Drawer } from "../ui/Drawer.tsx";
import { FIELD, Field } from "../ui/Field.tsx";

const WORD = "delete";

interface Shown {
  session: Session;
  onClose: () => void;
  onDone: () => void;
}

/** The end of an account. A word is typed for it, since browsers fill in passwords by themselves. */
export function DeleteDialog({ session, onClose, onDone }: Shown) {
  const [word, setWord] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const submit = async () => {
    if (word.trim().toLowerCase() !== WORD) {
      setProblem(`Type “${WORD}” if that is what you want.`);
      return;
    }
    setBusy(true);
    setProblem("");
    try {
      await session.deleteAccount(password);
      onDone();
    } catch (error) {
      const failure = failureFrom(error);
      setProblem(failure.status === 401 ? "The password is wrong." : failure.message);
      setBusy(false);
    }
  };

  return (
    <Drawer side="center" label="Delete my account" canClose={!isBusy} onClose={onClose}>
      <form
        className="flex flex-col gap-4 p-6"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void submit();
        }}
      >
        <h2 className="text-xl font-semibold">Delete my account</h2>
        <p>
          Your tasks, your conversations and the account itself are deleted, for good. Nobody can
          bring them back.
        </p>
        <Field label={`Type “${WORD}” to confirm`}>
          <input
            required
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={20}
            value={word}
            onChange={(event) => setWord(event.target.value)}
            className={FIELD}
          />
        </Field>
        {session.isLocal && (
          <Field label="Your password">
            <input
              type="password"
              required
              maxLength={128}
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              className={FIELD}
            />
          </Field>
        )}
        <p role="alert" className="text-bad empty:hidden">
          {problem}
        </p>
        <div className="flex justify-end gap-2">
          <QuietButton disabled={isBusy} onClick={onClose}>
            Cancel
          </QuietButton>
          <PrimaryButton type="submit" disabled={isBusy} className="bg-bad! text-paper!">
            {isBusy ? "Deleting…" : "Delete for good"}
          </PrimaryButton>
        </div>
      </form>
    </Drawer>
  );
}
