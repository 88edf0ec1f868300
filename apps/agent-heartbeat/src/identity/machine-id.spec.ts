import {
  IOPLATFORM_UUID,
  idIn,
  LINUX_MACHINE_ID,
  MACHINE_GUID,
  machineFingerprint,
} from './machine-id';

describe('the id of the machine', () => {
  it.each([
    [
      'on Linux',
      '4f2d0c6b8e1a4c3f9d7b6a5e4c3b2a19\n',
      LINUX_MACHINE_ID,
      '4f2d0c6b8e1a4c3f9d7b6a5e4c3b2a19',
    ],
    ['on Linux, before it has one', 'uninitialized\n', LINUX_MACHINE_ID, undefined],
    ['on Linux, in a container without one', '\n', LINUX_MACHINE_ID, undefined],
    [
      'on Windows',
      '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r\n    MachineGuid    REG_SZ    0E6F1A2B-3C4D-5E6F-8A9B-0C1D2E3F4A5B\r\n\r\n',
      MACHINE_GUID,
      '0e6f1a2b-3c4d-5e6f-8a9b-0c1d2e3f4a5b',
    ],
    [
      'on macOS',
      '+-o J314  <class IOPlatformExpertDevice>\n    {\n      "IOPlatformUUID" = "A1B2C3D4-E5F6-4711-8899-AABBCCDDEEFF"\n    }\n',
      IOPLATFORM_UUID,
      'a1b2c3d4-e5f6-4711-8899-aabbccddeeff',
    ],
    ['when the system says nothing', '', MACHINE_GUID, undefined],
  ])('is found %s', (_where, text, pattern, id) => {
    expect(idIn(text, pattern)).toBe(id);
  });

  it('is the same at every look, and shown to nobody', async () => {
    const fingerprint = await machineFingerprint();

    expect(await machineFingerprint()).toBe(fingerprint);
    expect(fingerprint ?? '0'.repeat(32)).toMatch(/^[0-9a-f]{32}$/);
  });
});
