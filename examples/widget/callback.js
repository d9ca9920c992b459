Taskchat.init({
  token: async () => {
    const answer = await fetch("/token");
    if (answer.status === 401) return null;
    return (await answer.json()).token;
  },
  title: "To do",
  position: "left",
  theme: "light",
});
document.getElementById("open").addEventListener("click", () => Taskchat.open());
