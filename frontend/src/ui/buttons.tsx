import type { ComponentProps } from "react";
import { Icon, type IconName } from "./Icon.tsx";

const ROUND =
  "inline-flex size-10 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-shade hover:text-ink";

type Plain = ComponentProps<"button">;

/** A sign that can be pressed; `label` says what it does. */
export function IconButton({
  icon,
  label,
  className = "",
  ...rest
}: Plain & { icon: IconName; label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`${ROUND} ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The one thing to do here. */
export function PrimaryButton({ className = "", ...rest }: Plain) {
  return (
    <button
      type="button"
      {...rest}
      className={`min-h-10 rounded-lg bg-accent px-4 font-medium text-on-accent hover:opacity-90 disabled:cursor-default disabled:opacity-50 ${className}`}
    />
  );
}

/** Something else to do. */
export function QuietButton({ className = "", ...rest }: Plain) {
  return (
    <button
      type="button"
      {...rest}
      className={`min-h-10 rounded-lg border border-line px-4 hover:bg-shade ${className}`}
    />
  );
}

/** A button that reads like a link. */
export function LinkButton({ className = "", ...rest }: Plain) {
  return (
    <button
      type="button"
      {...rest}
      className={`rounded-sm text-accent underline underline-offset-2 ${className}`}
    />
  );
}
