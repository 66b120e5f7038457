using Xunit.v3;

// One browser for all, and one test at a time: two that each drive a browser only slow each other down.
[assembly: AssemblyFixture(typeof(SseAspire.Web.Tests.Browser))]
[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
