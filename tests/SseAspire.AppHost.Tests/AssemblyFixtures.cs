using Xunit.v3;

[assembly: AssemblyFixture(typeof(SseAspire.Web.Tests.Browser))]
// Each application is some fifteen processes: side by side on a small machine they would fail each other.
[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
