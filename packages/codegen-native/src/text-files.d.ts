/** C files are imported as text; bundler and test runner embed them. */
declare module '*.c' {
  const text: string;
  export default text;
}
declare module '*.h' {
  const text: string;
  export default text;
}
