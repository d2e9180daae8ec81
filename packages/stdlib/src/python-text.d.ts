/** Python files are embedded as text by the bundler and the test runner. */
declare module '*.py' {
  const text: string;
  export default text;
}
