const [major, minor] = process.versions.node.split('.').map(Number);
const supported = major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);

if (supported) {
  const { main } = await import('./main.mjs');
  process.exit(await main(process.argv.slice(2)));
} else {
  console.error(`Rollcall needs Node 20.19, 22.12 or 24 and newer; this is ${process.version}.`);
  process.exit(1);
}
