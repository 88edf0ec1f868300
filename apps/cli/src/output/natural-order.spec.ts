import { compareNaturally } from './natural-order';

describe('compareNaturally', () => {
  it('orders numbers in names by their size', () => {
    expect(['gpu-10', 'gpu-2', 'GPU-1', 'gpu-1'].sort(compareNaturally)).toEqual([
      'gpu-1',
      'GPU-1',
      'gpu-2',
      'gpu-10',
    ]);
  });

  it('is stable for names that differ only in how they are written', () => {
    expect(['gpu-01', 'gpu-1'].sort(compareNaturally)).toEqual(
      ['gpu-1', 'gpu-01'].sort(compareNaturally),
    );
    expect(compareNaturally('gpu-1', 'gpu-1')).toBe(0);
  });
});
