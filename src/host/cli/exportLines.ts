/** As a shell reads them: `eval "$(prewarm env)"`; on Windows `prewarm env | Invoke-Expression`. */
export function exportLines(environment: Readonly<Record<string, string>>, platform: NodeJS.Platform): readonly string[] {
  return Object.entries(environment).map(([name, value]) =>
    platform === 'win32' ? `$env:${name} = '${value.replaceAll("'", "''")}'` : `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  );
}
