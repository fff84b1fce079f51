namespace Gitproc.Ci;

/// <summary>How a CI lets a step hand values on to the steps after it.</summary>
public interface IStepOutput
{
    /// <summary>
    /// Hands a checkout on: its path, name and lease id as outputs of the step, and for the environment of later steps
    /// <c>GITPROC_CHECKOUT</c> and <c>GITPROC_LEASE_ID</c>. None of them can hold a password.
    /// </summary>
    /// <param name="checkout">The checkout, locked.</param>
    /// <returns>Lines that have to go to the step's standard output, for the CI to read; empty where it reads a file.</returns>
    /// <exception cref="IOException">The CI's file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The CI's file cannot be written.</exception>
    IReadOnlyList<string> Write(Checkout checkout);
}
