using System.Reflection;
using Microsoft.Playwright;
using Xunit.Sdk;
using Xunit.v3;

namespace SseAspire.Web.Tests;

/// <summary>Runs a test at each width, in light and in dark.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CombinatorialScreensAttribute(params int[] widths) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. from width in widths
                from scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark]
                select new TheoryDataRow<int, ColorScheme>(width, scheme)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
