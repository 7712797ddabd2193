/**
 * Carries documentation to functions that are exported by destructuring, `export const { sqrt, ... } = functions`: the
 * compiler writes their declarations without the comments of the properties they come from, and editors show nothing.
 * Run after tsc; a declaration file that has been rewritten is left as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');

/** Where the exports stand, and the type whose properties they are. */
const carried = [
  { file: 'api/functions.d.ts', module: 'array/methods.d.ts', type: 'TableFunctions' },
  { file: 'api/random.d.ts', module: 'api/random/generator.d.ts', type: 'Generator' },
];

const written = carried.filter(({ file }) => readFileSync(join(dist, file), 'utf8').includes('sourceMappingURL'));
if (written.length > 0) {
  const paths = written.flatMap(({ file, module }) => [join(dist, file), join(dist, module)]);
  const program = ts.createProgram(paths, {
    module: ts.ModuleKind.NodeNext,
    noLib: true,
    types: [],
    skipLibCheck: true,
  });
  for (const entry of written) rewrite(program, entry);
}

/** One declaration a name, each under its property's comment. The map of the old lines is left out. */
function rewrite(program, { file, module, type }) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(dist, file));
  const documented = propertiesOf(checker, program.getSourceFile(join(dist, module)), type);
  const renamed = renamedExports(source);
  let text = source.text.replace(/\n\/\/# sourceMappingURL=.*/, '');
  for (const statement of source.statements.toReversed()) {
    if (!ts.isVariableStatement(statement)) continue;
    const names = statement.declarationList.declarations;
    if (names.length === 1) continue;
    const keywords = text.slice(statement.getStart(source), names[0].getStart(source));
    const comment = ({ name }) => documented.get(renamed.get(name.text) ?? name.text) ?? '';
    const lines = names.map((d) => `${comment(d)}${keywords}${d.getText(source)};`);
    text = text.slice(0, statement.getStart(source)) + lines.join('\n') + text.slice(statement.end);
  }
  writeFileSync(join(dist, file), `${text.trimEnd()}\n`);
}

/** Comments by the names of the properties of `type`, ready to be written. */
function propertiesOf(checker, source, type) {
  const symbol = checker.getExportsOfModule(checker.getSymbolAtLocation(source)).find(({ name }) => name === type);
  const comments = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).map((property) => {
    const text = ts.displayPartsToString(property.getDocumentationComment(checker));
    return [property.name, text === '' ? '' : `/** ${text.replaceAll('\n', '\n * ')} */\n`];
  });
  return new Map(comments);
}

/** `export { variance as var }`: what stands for a name that cannot be declared. */
function renamedExports(source) {
  return new Map(
    source.statements
      .filter((s) => ts.isExportDeclaration(s) && s.moduleSpecifier === undefined && s.exportClause)
      .flatMap((s) => s.exportClause.elements.map((e) => [e.propertyName?.text ?? e.name.text, e.name.text])),
  );
}
