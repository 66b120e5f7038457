namespace SseAspire.AppHost.Tests;

/// <summary>Stands for the tests of the Aspire model where they cannot be compiled.</summary>
public sealed class AspireModelTests
{
    [Fact(Skip = "The tests of the Aspire model need Aspire's packages (UseAspire=true).")]
    public void The_Aspire_model_draws_the_same_system()
    {
    }
}
