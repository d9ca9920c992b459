import { useRef } from "react";

/** Gives the focus back to what stood where something was changed, once that is done. */
export function useFocusBack<T extends HTMLElement>(): [(element: T | null) => void, () => void] {
  const isDue = useRef(false);
  const place = (element: T | null) => {
    if (element === null || !isDue.current) return;
    isDue.current = false;
    element.focus();
  };
  const giveBack = () => {
    isDue.current = true;
  };
  return [place, giveBack];
}
