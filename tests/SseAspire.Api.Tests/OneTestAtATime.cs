using Xunit.Sdk;
using Xunit.v3;

// All of them start processes and some measure time: side by side on a small machine they would fail each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
