using Xunit.v3;

// One test at a time: two that each start an application only slow each other down.
[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
