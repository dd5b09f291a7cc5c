"""Writes examples/ecg/208.hea and 208.dat: five minutes of a real ECG as a WFDB record in format 212.

SciPy's electrocardiogram: an excerpt (19:35 to 24:35) of record 208, lead MLII, of the MIT-BIH Arrhythmia Database
(Moody and Mark 2001; PhysioNet, Goldberger et al. 2000; Open Data Commons Attribution License v1.0). 360 Hz, 11 bits over
10 mV, as in the database: 200 steps a millivolt around 1024.

Two samples of 12 bits stand in three bytes: the low byte of the first; the two high nibbles, the first's low; the low byte
of the second (signal(5) of the WFDB Applications Guide).

    pip install numpy==1.24.2 scipy==1.10.1
    python tools/make-ecg-record.py
"""
from pathlib import Path

import numpy as np
from scipy.misc import electrocardiogram

folder = Path(__file__).parent.parent / "examples" / "ecg"
steps = np.rint(electrocardiogram() * 200).astype(int) + 1024
first, second = steps[0::2] & 0xFFF, steps[1::2] & 0xFFF
packed = np.stack([first & 0xFF, (first >> 8) | (second >> 8 << 4), second & 0xFF], axis=1).astype(np.uint8)
checksum = (int(steps.sum()) + 2**15) % 2**16 - 2**15

folder.mkdir(parents=True, exist_ok=True)
(folder / "208.dat").write_bytes(packed.tobytes())
(folder / "208.hea").write_text(
    f"""208 1 360 {len(steps)}
208.dat 212 200 11 1024 {steps[0]} {checksum} 0 MLII
# Record 208 of the MIT-BIH Arrhythmia Database, 19:35 to 24:35, lead MLII, by way of SciPy.
# Moody GB, Mark RG. The impact of the MIT-BIH Arrhythmia Database. IEEE Eng in Med and Biol 20(3):45-50 (2001).
# Goldberger AL et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation 101(23):e215-e220 (2000).
# Open Data Commons Attribution License v1.0.
"""
)
