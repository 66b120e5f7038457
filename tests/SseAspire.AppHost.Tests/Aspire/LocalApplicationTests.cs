namespace SseAspire.AppHost.Tests;

/// <summary>Stands for the tests of the AppHost without Aspire where it is an Aspire AppHost.</summary>
public sealed class LocalApplicationTests
{
    [Fact(Skip = "The tests of the AppHost without Aspire need it built so (UseAspire=false).")]
    public void The_same_system_runs_without_Aspire()
    {
    }
}
