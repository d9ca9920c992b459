import { useState } from "react";
import { failureFrom } from "../api/failure.ts";
import { MIN_PASSWORD, type Session } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { LinkButton, PrimaryButton } from "../ui/buttons.tsx";
import { FIELD, Field } from "../ui/Field.tsx";

interface Shown {
  session: Session;
  /** Where a first sentence may be written along; told it before somebody is signed in. */
  onFirstWords?: (text: string) => void;
  onDone?: () => void;
}

/** An address and a password: an account is made, or entered. */
export function SignInForm({ session, onFirstWords, onDone }: Shown) {
  const { config } = session;
  const canSignUp = config.sign_up && onFirstWords !== undefined;
  const { user } = useStore(session);
  const [isNew, setNew] = useState(canSignUp && !session.isKnownBrowser);
  const [email, setEmail] = useState(user?.email ?? "");
  const [password, setPassword] = useState("");
  const [words, setWords] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const submit = async () => {
    if (isNew && password.length < MIN_PASSWORD) {
      setProblem(`A password has ${MIN_PASSWORD} characters or more.`);
      return;
    }
    setBusy(true);
    setProblem("");
    if (isNew && words.trim() !== "") onFirstWords?.(words.trim());
    try {
      await (isNew ? session.signUp(email, password) : session.signIn(email, password));
      onDone?.();
    } catch (error) {
      onFirstWords?.("");
      const failure = failureFrom(error);
      const isTaken = failure.status === 409;
      if (isTaken) setNew(false);
      if (isTaken) setProblem("There is an account with this address: sign in with its password.");
      else if (failure.status === 401) setProblem("The address or the password is wrong.");
      else setProblem(failure.message);
      setBusy(false);
    }
  };

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void submit();
      }}
    >
      <Field label="E-mail address">
        <input
          // biome-ignore lint/a11y/noAutofocus: the one thing to do on this page
          autoFocus
          type="email"
          required
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          className={FIELD}
        />
      </Field>
      <Field label="Password" hint={isNew ? `${MIN_PASSWORD} characters or more` : ""}>
        <input
          type="password"
          required
          maxLength={128}
          autoComplete={isNew ? "new-password" : "current-password"}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          className={FIELD}
        />
      </Field>
      {isNew && (
        <Field label="What do you need to do?" hint="optional">
          <input
            dir="auto"
            value={words}
            maxLength={1000}
            placeholder="Buy milk tomorrow"
            onChange={(event) => setWords(event.target.value)}
            className={`${FIELD} placeholder:text-soft`}
          />
        </Field>
      )}
      <p role="alert" className="text-bad empty:hidden">
        {problem}
      </p>
      <PrimaryButton type="submit" disabled={isBusy} className="min-h-11">
        {isNew ? "Create account" : "Sign in"}
      </PrimaryButton>
      {canSignUp && (
        <p className="text-center text-sm text-soft">
          {isNew ? "You have an account? " : "New here? "}
          <LinkButton
            className="min-h-6"
            onClick={() => {
              setNew(!isNew);
              setProblem("");
            }}
          >
            {isNew ? "Sign in" : "Create an account"}
          </LinkButton>
        </p>
      )}
    </form>
  );
}
